// A file that the reader opens or drops.

import { Problem } from "./api.js";
import { t } from "./i18n.js";

const MOST = 16 * 2 ** 20; // bytes; beyond it the tab itself would suffer

/** The file's text with its line ends as they are; what is not UTF-8 is read as Windows-1251. */
export async function openFile(file) {
  if (file.size > MOST) throw new Problem(t("error_file_large"));
  const bytes = await file.arrayBuffer();
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), note: "" };
  } catch {
    return { text: new TextDecoder("windows-1251").decode(bytes), note: t("read_as") };
  }
}
