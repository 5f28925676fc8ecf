// A text as nets read it, and the places that no name reaches across: see `ner_service/text/reading.py`.

import { BracketReader } from "./bracket_markup.js";
import { Characters } from "./characters.js";
import { MarkupReader } from "./html_markup.js";
import { LayoutReader } from "./layout.js";
import { SignReader } from "./signs.js";

/** Reads texts: replaces characters one by one, so that every offset in code points stays. */
export class TextReader {
  constructor({ markup, layout, signs }, speller) {
    this.markup = new MarkupReader(markup);
    this.brackets = new BracketReader(markup.HELD);
    this.layout = new LayoutReader(layout, markup.FILLER);
    this.signs = new SignReader(signs);
    this.speller = speller;
  }

  /** Returns {text, ends} of a text's `Characters`: characters to cut, and where units must end. */
  read(source) {
    let { text } = source;
    if (text.includes("&")) text = this.markup.replaceReferences(text);
    if (text.includes("<")) text = this.markup.replaceTags(text);
    const { brackets, signs } = this;
    let withCells = source;
    if (brackets.hasAny(text)) {
      text = brackets.replaceBrackets(brackets.replaceLinks(text));
      if (source.text.includes("|")) withCells = new Characters(brackets.replaceBars(source.text));
    }
    text = this.layout.joinLetters(this.layout.joinLines(text));
    const ends = this.layout.unitEnds(new Characters(text), withCells);
    text = signs.replaceDashes(this.speller.replaceStress(text));
    text = signs.replaceEmphasis(signs.replaceSigns(text));
    return { text: new Characters(this.speller.modernise(this.speller.unmix(text))), ends };
  }
}
