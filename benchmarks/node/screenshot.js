// Takes a screenshot as the system did that the platform replaces: a browser for each.

"use strict";

const puppeteer = require("puppeteer-core");

const VIEWPORT = { width: 1280, height: 800 };

exports.make = async ({ request, path }) => {
  const browser = await puppeteer.launch({
    executablePath: request.chromium,
    headless: "shell",
    args: ["--no-sandbox"], // Chromium starts as root only so.
  });
  try {
    const page = await browser.newPage();
    await page.setViewport(VIEWPORT);
    await page.goto(request.url, { waitUntil: "networkidle2" });
    if (request.isPdf) await page.pdf({ path, format: "A4" });
    else await page.screenshot({ path, type: "png", fullPage: request.isFullPage });
  } finally {
    await browser.close();
  }
};
