// The command line. Standard output: JSON lines, nothing else. Exit status: 0 done, 2 input that can be mended (one line), 1 a defect.
import { InputError } from '../formats/errors.ts'
import { GpuLimitError } from '../gpu/errors.ts'
import { generateCommand } from './generate-command.ts'
import { layerCommand } from './layer-command.ts'
import { modelCommand } from './model-command.ts'
import { usage } from './options.ts'
import { recipesCommand } from './recipes-command.ts'

const commands: Record<string, (args: string[]) => Promise<void>> = {
  layer: layerCommand,
  model: modelCommand,
  generate: generateCommand,
  recipes: recipesCommand,
}

/** Runs one command and gives the exit status. */
export async function main([name = '', ...args]: string[]): Promise<number> {
  if (['help', '--help', '-h'].includes(name) || args.includes('--help')) {
    process.stderr.write(usage)
    return 0
  }
  try {
    if (!Object.hasOwn(commands, name))
      throw new InputError(`unknown command '${name}'; known: ${Object.keys(commands).join(', ')} (see --help)`)
    await commands[name](args)
    return 0
  } catch (error) {
    const mendable = error instanceof InputError || error instanceof GpuLimitError
    const text = error instanceof Error ? (mendable ? error.message : (error.stack ?? error.message)) : String(error)
    process.stderr.write(`${mendable ? text.replaceAll('\n', ' ') : text}\n`)
    return mendable ? 2 : 1
  }
}
