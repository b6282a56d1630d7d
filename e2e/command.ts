// The command line, for the stories that compare it with the page.
import { execFile } from 'node:child_process'
import { join } from 'node:path'

export interface Finished {
  perplexity: Record<string, { value: number; standardError: number }>
  layers: { layer: string; recipe: string; relative: number }[]
}

/** Runs the command line and gives its last event. */
export function quantize(...args: string[]): Promise<Finished> {
  const root = join(import.meta.dirname, '..')
  return new Promise((resolve, reject) => {
    execFile(
      'npm',
      ['run', '-s', 'quantize', '--', ...args],
      { cwd: root, maxBuffer: 1 << 28 },
      (error, stdout, stderr) => {
        if (error) reject(new Error(`${error.message}\n${stderr}`))
        else resolve(JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Finished)
      },
    )
  })
}
