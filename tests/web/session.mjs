// What both drivers share: where their packages are, and requests and answers as lines of JSON.
import { createRequire } from "node:module";
import path from "node:path";
import readline from "node:readline";

const folder = process.env.XL_TCO_WEB;
export const installed = createRequire(path.join(folder, "package.json"));

export async function serve(commands) {
  process.stdout.write(`${JSON.stringify({ result: "ready" })}\n`);
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [name, ...given] = JSON.parse(line);
    let answer;
    try {
      answer = { result: (await commands[name](...given)) ?? null };
    } catch (error) {
      answer = { failed: String(error?.stack ?? error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}
