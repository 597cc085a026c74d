"use strict";

const { createObjectCsvWriter } = require("csv-writer");

exports.make = ({ request, path }) =>
  createObjectCsvWriter({ path, header: request.headers }).writeRecords(request.rows);
