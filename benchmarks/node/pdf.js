"use strict";

const { createWriteStream } = require("node:fs");
const { finished } = require("node:stream/promises");
const PDFDocument = require("pdfkit");

const MARGIN = 62;
const PADDING = 5;
const HEADING_SIZES = [17, 14, 12, 11, 10, 10];
const INK = "#1f2933";
const ACCENT = "#1d4ed8";
const RULE = "#d5dbe1";

const blocks = {
  heading(file, { text, level = 1 }) {
    // A heading stays with what it is for.
    if (file.y > bottom(file) - 60) file.addPage();
    file.font("bold").fontSize(HEADING_SIZES[level - 1]).fillColor(ACCENT);
    file.text(text).moveDown(0.4);
  },
  paragraph(file, { text }) {
    body(file).text(text).moveDown(0.7);
  },
  list(file, { items }) {
    body(file).list(items, { bulletRadius: 1.5, textIndent: 12 });
    file.moveDown(0.7);
  },
  table(file, { rows }) {
    const grid = new Grid(file, rows);
    rows.forEach((row, number) => grid.add(row, number === 0));
    file.x = MARGIN;
    file.moveDown(0.7);
  },
  "page-break"(file) {
    file.addPage();
  },
};

class Grid {
  constructor(file, rows) {
    this.file = file;
    this.head = rows[0];
    this.width = (file.page.width - 2 * MARGIN) / rows[0].length;
  }

  add(row, isHead) {
    const { file } = this;
    file.font(isHead ? "bold" : "regular").fontSize(9).fillColor(INK);
    const height = this.heightOf(row) + 2 * PADDING;
    if (file.y + height > bottom(file)) {
      file.addPage();
      if (!isHead) this.add(this.head, true);
      file.font("regular").fontSize(9).fillColor(INK);
    }
    const top = file.y;
    row.forEach((value, column) => {
      const align = typeof value === "number" ? "right" : "left";
      const left = MARGIN + column * this.width + PADDING;
      file.text(String(value), left, top + PADDING, {
        width: this.width - 2 * PADDING,
        align,
      });
    });
    file.y = top + height;
    file.moveTo(MARGIN, file.y).lineTo(file.page.width - MARGIN, file.y);
    file.lineWidth(0.5).strokeColor(RULE).stroke();
  }

  heightOf(row) {
    const width = this.width - 2 * PADDING;
    // Most cells have one line, which is soon seen.
    const texts = row.map(String).filter((text) => this.file.widthOfString(text) > width);
    const heights = texts.map((text) => this.file.heightOfString(text, { width }));
    return Math.max(this.file.currentLineHeight(true), ...heights);
  }
}

function body(file) {
  return file.font("regular").fontSize(10).fillColor(INK);
}

function bottom(file) {
  return file.page.height - MARGIN;
}

function opening(file, { title, metadata }) {
  file.font("bold").fontSize(24).fillColor(INK).text(title);
  if (metadata) body(file).text(`${metadata.author} · ${metadata.date}`);
  file.moveDown();
}

function numberPages(file, title) {
  const { count } = file.bufferedPageRange();
  for (let page = 0; page < count; page++) {
    file.switchToPage(page);
    // What stands in the margin would begin a new page.
    file.page.margins = { top: 0, right: 0, bottom: 0, left: 0 };
    const place = { width: file.page.width - 2 * MARGIN, lineBreak: false };
    file.font("regular").fontSize(8).fillColor(INK);
    const y = file.page.height - 40;
    file.text(`Page ${page + 1} of ${count}`, MARGIN, y, { ...place, align: "right" });
    if (page > 0) file.text(title, MARGIN, 32, place);
  }
}

exports.make = async ({ request, path, fonts }) => {
  const file = new PDFDocument({
    size: "A4",
    margin: MARGIN,
    bufferPages: true, // The number of pages is known at the end.
    info: { Title: request.title, Author: request.metadata?.author ?? "" },
  });
  file.registerFont("regular", fonts.regular);
  file.registerFont("bold", fonts.bold);
  const written = finished(file.pipe(createWriteStream(path)));
  opening(file, request);
  for (const block of request.content) blocks[block.type](file, block);
  numberPages(file, request.title);
  file.end();
  await written;
};
