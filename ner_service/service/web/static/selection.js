// The selection of the browser as a span of the text that the result shows, and back.

/** Returns {column, start, end} of what is selected in one column of the rows, or null. */
export function selectedSpan(rows) {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!rows.contains(range.startContainer)) return null;
  const first = pointOf(rows, range.startContainer, range.startOffset);
  const last = rows.contains(range.endContainer)
    ? pointOf(rows, range.endContainer, range.endOffset)
    : { column: first?.column, at: Infinity }; // the selection goes on behind the text
  if (!first || !last || first.column !== last.column) return null;
  return { column: first.column, start: first.at, end: last.at };
}

/** Returns the column and the place in the text of a point in the document; null between cells. */
function pointOf(rows, node, offset) {
  const within = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
  const cell = within.closest(".cell") ?? cellAt(rows, node, offset);
  if (!cell) return null;
  const before = document.createRange();
  before.setStart(cell, 0);
  if (cell.contains(node)) before.setEnd(node, offset);
  return { column: columnOf(cell), at: Number(cell.dataset.start) + before.toString().length };
}

/** Returns the first cell behind a point that lies between rows, as a triple click makes one. */
function cellAt(rows, node, offset) {
  const row = node === rows ? rows.children[offset] : node;
  return row?.querySelector?.(".cell") ?? null;
}

const columnOf = (cell) => [...cell.parentElement.children].indexOf(cell);

/** Selects a span of the text in a column; `scrolls` brings it into sight. Returns its range. */
export function selectSpan(rows, { column, start, end }, scrolls = true) {
  const range = document.createRange();
  range.setStart(...nodeAt(rows, column, start, false));
  range.setEnd(...nodeAt(rows, column, end, true));
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
  if (scrolls) range.startContainer.parentElement.scrollIntoView({ block: "nearest" });
  return range;
}

/** Returns the text node and the offset in it of a place; `isEnd` takes the node that ends there. */
function nodeAt(rows, column, at, isEnd) {
  const cells = Array.from(rows.children, (row) => row.children[column]);
  const starts = (cell) => Number(cell.dataset.start);
  const cell = cells.findLast((each) => (isEnd ? starts(each) < at : starts(each) <= at));
  let left = at - starts(cell);
  const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (isEnd ? left <= node.length : left < node.length) return [node, left];
    left -= node.length;
  }
  return [cell, cell.childNodes.length];
}
