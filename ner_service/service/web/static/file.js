// Reads a file that the reader opens or drops.

import { Problem } from "./api.js";
import { t } from "./i18n.js";

const MAX_BYTES = 16 * 2 ** 20; // a larger file would make the tab itself slow

/**
 * Returns {text, note}: the file's text with its line ends as they are, decoded by its byte order
 * mark, else as UTF-8, else as Windows-1251; `note` then says so to the reader.
 */
export async function openFile(file) {
  if (file.size > MAX_BYTES) throw new Problem(t("error_file_large"));
  const bytes = await read(file);
  const encoding = encodingByMark(bytes);
  if (encoding) return { text: new TextDecoder(encoding).decode(bytes), note: "" };
  if (bytes.includes(0)) throw new Problem(t("error_file_binary"));
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), note: "" };
  } catch {
    return { text: new TextDecoder("windows-1251").decode(bytes), note: t("read_as") };
  }
}

async function read(file) {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new Problem(t("error_file_unreadable")); // a folder, or a file that is gone
  }
}

function encodingByMark([first, second]) {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : null;
}
