// `npm test`: installs what is missing, then runs everything: static checks, tests in Node, the build, stories in a
// browser. The last line is `N passed, N failed`, tests of both kinds together; a failed check, build or test run
// counts as a failure.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromiumPath, installVulkan } from './browser.mjs'
import { installDependencies, requireNode, tool } from './setup.mjs'

requireNode()
await installDependencies()
const reports = mkdtempSync(join(tmpdir(), 'cdquant-test-'))
process.env.XDG_RUNTIME_DIR ??= reports
let passed = 0
let failed = 0

/** Runs a tool of node_modules under a title; true when it succeeds. */
async function step(title, [name, ...args], env = {}) {
  process.stdout.write(`\n── ${title}\n`)
  return (await tool(name, args, { env: { ...process.env, ...env } })) === 0
}

async function check(title, args) {
  if (await step(title, args)) return true
  process.stdout.write(`${title}: failed\n`)
  failed++
  return false
}

/** Adds the numbers of a test run; a run that failed without a failed test is itself a failure. */
function count(succeeded, report, numbers) {
  let result = { passed: 0, failed: 0 }
  try {
    result = numbers(JSON.parse(readFileSync(report, 'utf8')))
  } catch (error) {
    process.stdout.write(`no report of the test run: ${error.message}\n`)
    succeeded = false
  }
  passed += result.passed
  failed += result.failed || (succeeded ? 0 : 1)
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

// A browser first: its software Vulkan driver serves the tests in Node too.
const browser = await chromiumPath().catch((error) => {
  process.stdout.write(`${error.message}\n`)
  return undefined
})
await installVulkan()

// Side by side: none of them uses more than one core.
await Promise.all([
  check('types', ['tsc', '-p', '.']),
  check('lint', ['eslint', '.']),
  check('format', ['prettier', '--check', '--log-level', 'warn', '.']),
])

const unit = join(reports, 'vitest.json')
const unitOk = await step('tests', [
  'vitest',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${unit}`,
])
count(unitOk, unit, ({ numPassedTests, numFailedTests, testResults }) => ({
  passed: numPassedTests,
  // A file that could not be loaded has no tests to fail.
  failed:
    numFailedTests + testResults.filter((file) => file.status === 'failed' && !file.assertionResults.length).length,
}))

if ((await check('build', ['vite', 'build', '--logLevel', 'warn'])) && browser) {
  const report = join(reports, 'playwright.json')
  const storiesOk = await step(
    'stories in the browser',
    ['playwright', 'test', '-c', 'e2e/playwright.config.ts', '--reporter=list,json'],
    { CHROMIUM_PATH: browser, E2E_PORT: String(await freePort()), PLAYWRIGHT_JSON_OUTPUT_FILE: report },
  )
  count(storiesOk, report, ({ stats, errors }) => ({
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
  }))
} else failed++

rmSync(reports, { recursive: true, force: true })
process.exitCode = failed ? 1 : 0
process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
