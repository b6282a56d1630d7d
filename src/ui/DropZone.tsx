// Where a checkpoint or a saved run comes in: dropped anywhere on the page, or chosen.
import { useId, useRef, useState } from 'react'
import { pickedFiles } from './files.ts'
import { Icon } from './icons.tsx'
import { Strip } from './Strip.tsx'
import { usePlayground } from './session.ts'
import { takeInTurn } from './taking.ts'

export function DropZone({ large }: { large?: boolean }) {
  const playground = usePlayground()
  const input = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const saved = useRef<HTMLInputElement>(null)
  const [problem, setProblem] = useState('')
  const id = useId()
  const takeFrom = async (event: Event) => {
    const picking = pickedFiles(event)
    // The same files may be chosen again once they are mended.
    ;(event.target as HTMLInputElement).value = ''
    if (!(await takeInTurn(playground, picking))) setProblem('The choice holds no file.')
  }
  const chosen = (event: Event) => {
    setProblem('')
    takeFrom(event).catch((error: unknown) => setProblem(String(error)))
  }
  return (
    <section className={large ? 'drop large' : 'drop'} aria-label="Your own model">
      <Icon name="folder" />
      <div>
        <b>Drop your model here</b>
        <p>
          A model folder from Hugging Face, or its files: config.json, tokenizer.json and *.safetensors, whole or in
          shards. A .gguf with a Llama model. Any other .safetensors, for its matrices. A run saved here (.json). A .txt
          to calibrate on. Read in this tab, never uploaded.
        </p>
      </div>
      <div className="actions">
        <button type="button" className="btn" onClick={() => input.current?.click()}>
          Open checkpoint
        </button>
        <button type="button" className="btn" onClick={() => folder.current?.click()}>
          Open folder
        </button>
        <button type="button" className="btn" onClick={() => saved.current?.click()}>
          Open saved run
        </button>
      </div>
      <label className="visually-hidden">
        Checkpoint files
        <input ref={input} type="file" multiple tabIndex={-1} onChange={(event) => chosen(event.nativeEvent)} />
      </label>
      <label className="visually-hidden">
        Saved run
        <input
          ref={saved}
          type="file"
          accept=".json,application/json"
          tabIndex={-1}
          onChange={(event) => {
            const [file] = event.target.files ?? []
            // The same file may be chosen again once it is mended.
            event.target.value = ''
            if (file) playground.viewing.open(file.name, file).catch((error: unknown) => setProblem(String(error)))
          }}
        />
      </label>
      <label className="visually-hidden" htmlFor={id}>
        Folder of a model
      </label>
      <input
        id={id}
        ref={(element) => {
          folder.current = element
          // React knows no such attribute; every desktop browser does.
          element?.setAttribute('webkitdirectory', '')
        }}
        className="visually-hidden"
        type="file"
        multiple
        tabIndex={-1}
        onChange={(event) => chosen(event.nativeEvent)}
      />
      {problem && <Strip tone="error" title={problem} />}
    </section>
  )
}
