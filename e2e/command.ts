// The command line, for the stories that compare it with the page.
import { execFile } from 'node:child_process'
import { join } from 'node:path'

export interface Finished {
  perplexity: Record<string, { value: number; standardError: number }>
  layers: { layer: string; recipe: string; relative: number }[]
}

const root = join(import.meta.dirname, '..')

/** Runs a program in the project's folder and gives what it prints. */
export function output(program: string, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd: root, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.message}\n${stderr}`))
      else resolve(stdout)
    })
  })
}

/** Runs the command line and gives the last event of every model. */
export async function quantizeAll(...args: string[]): Promise<Finished[]> {
  const lines = (await output('npm', 'run', '-s', 'quantize', '--', ...args)).trim().split('\n')
  return lines.filter((line) => line.startsWith('{"event":"finished"')).map((line) => JSON.parse(line) as Finished)
}

/** Runs the command line and gives its last event. */
export async function quantize(...args: string[]): Promise<Finished> {
  const [finished] = await quantizeAll(...args)
  return finished
}
