// Drives the real console in a headless Chromium against a running server:
//   node tests/e2e/console.mjs LOGIN-LINK RESEARCHER PASSWORD-FILE [SCREENSHOT-FOLDER]
// Signs the administrator in with the link, then a researcher with a password, submits a job, follows
// it live to its end, and checks output and charge. Ends with 0 only when everything was seen.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [link, researcher, passwordFile, shots] = process.argv.slice(2);
const url = new URL(link).origin;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

const problems = [];

async function open() {
  const context = await browser.newContext({
    locale: "en-GB",
    viewport: { width: 1280, height: 860 },
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on("pageerror", (error) => problems.push(`error in the page: ${error.message}`));
  page.on("console", (message) => {
    // A browser reports every refused request here; the first look for a session is one.
    if (message.type() === "error" && !message.text().includes("401"))
      problems.push(message.text());
  });
  return page;
}

async function shot(page, name) {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}

async function administrator() {
  const page = await open();
  await page.goto(link);
  await page.waitForSelector('[data-test="who"]');
  assert.ok(!page.url().includes("code="), "the code has left the address");
  await page.click('a[href="#/nodes"]');
  await page.waitForSelector('[data-test="nodes"] [data-state="UP"]');
  await shot(page, "nodes");
  await page.goto("about:blank");
  await page.goto(link);
  await page.waitForSelector('[data-test="error"], [data-test="who"]');
  await page.context().close();

  const second = await open();
  await second.goto(link);
  await second.waitForSelector('[data-test="error"]');
  await second.context().close();
}

async function submitAndFollow() {
  const page = await open();
  await page.goto(`${url}/`);
  await page.waitForSelector('[data-test="user"]');
  await shot(page, "login");
  await page.fill('[data-test="user"]', researcher);
  await page.fill('[data-test="password"]', readFileSync(passwordFile, "utf8").trim());
  await page.click('[data-test="sign-in"]');
  await page.waitForSelector('[data-test="who"]');
  await page.click('a[href="#/submit"]');
  await page.fill('[data-test="name"]', "<img src=x onerror=alert(1)> 控制台");
  await page.fill(
    '[data-test="script"]',
    "#!/bin/sh\n#SBATCH --mem=1G\nid\nhostname\necho seen by the console\nsleep 2\necho made > console.txt\n",
  );
  await shot(page, "submit");
  await page.click('[data-test="submit"]');
  await page.waitForSelector('[data-test="state"]');
  assert.match(
    await page.textContent('[data-test="warnings"]'),
    /line 2: #SBATCH --mem .*memBytes/,
  );
  await page.waitForSelector('[data-test="state"][data-state="COMPLETED"]', { timeout: 60_000 });
  await page.waitForFunction(() =>
    document.querySelector('[data-test="output"]')?.textContent?.includes("seen by the console"),
  );
  await page.waitForFunction(() =>
    /\d/.test(document.querySelector('[data-test="charge"]')?.textContent ?? ""),
  );
  assert.equal((await page.textContent('[data-test="exit-code"]')).trim(), "0");
  await shot(page, "job");
  await page.click('[data-test="language"]');
  await page.waitForSelector("text=输出");
  await shot(page, "job-zh");
  await page.click('[data-test="language"]');
  await page.click('a[href="#/jobs"]');
  await page.waitForSelector('[data-test="jobs"] [data-state="COMPLETED"]');
  assert.ok(
    await page.evaluate(() => {
      const table = document.querySelector('[data-test="jobs"]').parentElement;
      return table.scrollWidth <= table.clientWidth;
    }),
    "all columns of the jobs are in sight",
  );
  await shot(page, "jobs");
  await page.click('[data-test="sign-out"]');
  await page.waitForSelector('[data-test="user"]');
  await page.context().close();
}

try {
  await administrator();
  await submitAndFollow();
  assert.deepEqual(problems, [], "the page reported nothing wrong");
  console.log("console: all seen");
} finally {
  await browser.close();
}
