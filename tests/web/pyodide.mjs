// Computes cells in Pyodide, Python as WebAssembly, through the runtime that xlwings' browser add-ins
// load: node pyodide.mjs SITE_PACKAGES CHECKOUT
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { installed, serve } from "./session.mjs";
import "./excel_stand_in.js";

const [packages, checkout] = process.argv.slice(2);
const started = performance.now();
const pyodideFolder = path.dirname(installed.resolve("pyodide/package.json"));
const { loadPyodide } = await import(pathToFileURL(path.join(pyodideFolder, "pyodide.mjs")));
const python = await loadPyodide({
  indexURL: pyodideFolder,
  env: { HOME: "/home/web", XLWINGS_LICENSE_KEY: process.env.XLWINGS_LICENSE_KEY },
});

function copy(source, target) {
  python.FS.mkdirTree(target);
  for (const entry of fs.readdirSync(source, { withFileTypes: true })) {
    const from = path.join(source, entry.name);
    if (entry.isDirectory()) copy(from, `${target}/${entry.name}`);
    else if (/\.(py|toml)$/.test(entry.name)) {
      python.FS.writeFile(`${target}/${entry.name}`, fs.readFileSync(from));
    }
  }
}
copy(path.join(packages, "xlwings"), "/app/xlwings");
copy(path.join(packages, "annotated_types"), "/app/annotated_types");
copy(path.join(packages, "xlwings_server", "wasm"), "/app");
copy(path.join(checkout, "xl_tco"), "/app/xl_tco");
// What a user types into main.py; xlwings takes its functions from there.
const main = "from xl_tco.udfs import *\n";
python.FS.writeFile("/app/custom_functions.py", main);
python.FS.writeFile("/app/custom_scripts.py", "");
python.runPython("import sys; sys.path.insert(0, '/app'); import wasm_runtime");

const runtime = python.globals.get("sys").modules.get("wasm_runtime");
const version = python.runPython("import xlwings; xlwings.__version__");
const metadata = runtime.custom_functions_meta(main);
const body = (id, values) => ({
  func_name: id,
  args: values,
  caller_address: "[Book1.xlsx]Sheet1!A1",
  session_id: "tests",
  culture_info_name: "en-US",
  date_format: "m/d/yyyy",
  version,
  client: "Office.js",
  runtime: "1.4",
});

async function compute(name, cells, blank) {
  try {
    const { error, id, values } = standIn.arguments(metadata, name, cells, blank);
    if (error) return { error };
    const result = await runtime.custom_functions_call(body(id, values));
    return result.error ? { failed: result.details } : standIn.toCells(result);
  } catch (error) {
    return { failed: String(error?.message ?? error) };
  }
}

const ready = performance.now() - started;
await serve({
  open: () => ({
    metadata,
    milliseconds: ready,
    python: python.runPython("sys.version.split()[0] + ' ' + sys.platform"),
    modules: python.runPython("sorted({name.partition('.')[0] for name in sys.modules})").toJs(),
  }),
  async compute(calls, blank) {
    const results = [];
    for (const [name, cells] of calls) results.push(await compute(name, cells, blank));
    return results;
  },
  async time(name, cells, times) {
    const start = performance.now();
    for (let i = 0; i < times; i++) await compute(name, cells, "");
    return performance.now() - start;
  },
  async timeColumn(name, rows) {
    const column = Array.from({ length: rows }, (_, row) => [row + 1]);
    const start = performance.now();
    const result = await compute(name, [column, 1000], "");
    return [performance.now() - start, result.length ?? result];
  },
});
