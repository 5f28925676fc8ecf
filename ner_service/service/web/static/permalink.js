// An address that holds a text in its fragment, which browsers send to nobody.

const MOST_CHARS = 20_000; // of an address, which every browser and most messengers take

/** Returns the address of this page with a text and the choice of a tagger, or null if it is too long. */
export function linkTo(text, tagger) {
  const fragment = new URLSearchParams({ text, tagger });
  const link = `${document.location.href.split("#", 1)[0]}#${fragment}`;
  return link.length <= MOST_CHARS ? link : null;
}

/** Returns {text, tagger} of this page's own address, or null where it holds no text. */
export function linked() {
  const fragment = new URLSearchParams(document.location.hash.slice(1));
  const text = fragment.get("text");
  return text ? { text, tagger: fragment.get("tagger") } : null;
}
