"use strict";

const { writeFile } = require("node:fs/promises");
const docx = require("docx");

const BULLETS = { reference: "bullets", level: 0 };
const LEVELS = [
  {
    level: 0,
    format: docx.LevelFormat.BULLET,
    text: "•",
    style: { paragraph: { indent: { left: 360, hanging: 360 } } },
  },
];

const blocks = {
  heading: ({ text, level = 1 }) =>
    new docx.Paragraph({ text, heading: docx.HeadingLevel[`HEADING_${level}`] }),
  paragraph: ({ text }) => new docx.Paragraph({ text, spacing: { after: 140 } }),
  list: ({ items }) =>
    items.map((text) => new docx.Paragraph({ text, numbering: BULLETS })),
  table: ({ rows }) =>
    new docx.Table({
      width: { size: 100, type: docx.WidthType.PERCENTAGE },
      rows: rows.map((cells, number) => row(cells, number === 0)),
    }),
  "page-break": () => new docx.Paragraph({ children: [new docx.PageBreak()] }),
};

function row(cells, tableHeader) {
  return new docx.TableRow({
    tableHeader,
    cantSplit: true,
    children: cells.map((value) => cell(value, tableHeader)),
  });
}

function cell(value, bold) {
  const right = typeof value === "number";
  return new docx.TableCell({
    children: [
      new docx.Paragraph({
        alignment: right ? docx.AlignmentType.RIGHT : docx.AlignmentType.LEFT,
        children: [new docx.TextRun({ text: String(value), bold })],
      }),
    ],
  });
}

function opening({ title, metadata }) {
  const facts = metadata ? [`${metadata.author} · ${metadata.date}`] : [];
  return [
    new docx.Paragraph({ text: title, heading: docx.HeadingLevel.TITLE }),
    ...facts.map((text) => new docx.Paragraph({ text })),
  ];
}

function footer() {
  const { CURRENT, TOTAL_PAGES } = docx.PageNumber;
  const children = ["Page ", CURRENT, " of ", TOTAL_PAGES];
  return new docx.Footer({
    children: [new docx.Paragraph({ children: [new docx.TextRun({ children })] })],
  });
}

exports.make = async ({ request, path }) => {
  const content = request.content.flatMap((block) => blocks[block.type](block));
  const file = new docx.Document({
    title: request.title,
    creator: request.metadata?.author,
    numbering: { config: [{ reference: "bullets", levels: LEVELS }] },
    sections: [
      {
        headers: {
          default: new docx.Header({ children: [new docx.Paragraph(request.title)] }),
        },
        footers: { default: footer() },
        children: [...opening(request), ...content],
      },
    ],
  });
  await writeFile(path, await docx.Packer.toBuffer(file));
};
