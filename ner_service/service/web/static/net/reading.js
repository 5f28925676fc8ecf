// A text as nets read it, and the places that no name reaches across: see `ner_service/text/reading.py`.

import { Characters } from "./characters.js";
import { MarkupReader } from "./html_markup.js";
import { LayoutReader } from "./layout.js";
import { SignReader } from "./signs.js";

/** Reads texts: replaces characters one by one, so that every offset in code points stays. */
export class TextReader {
  constructor({ markup, layout, signs }, speller) {
    this.markup = new MarkupReader(markup);
    this.layout = new LayoutReader(layout, markup.FILLER);
    this.signs = new SignReader(signs);
    this.speller = speller;
  }

  /** Returns {text, ends} of a text's `Characters`: characters to cut, and where units must end. */
  read(source) {
    let { text } = source;
    if (text.includes("&")) text = this.markup.replaceReferences(text);
    if (text.includes("<")) text = this.markup.replaceTags(text);
    text = this.layout.joinLetters(this.layout.joinLines(text));
    const ends = this.layout.unitEnds(new Characters(text), source);
    const { signs } = this;
    text = signs.replaceEmphasis(signs.replaceSigns(signs.replaceDashes(text)));
    return { text: new Characters(this.speller.modernise(this.speller.unmix(text))), ends };
  }
}
