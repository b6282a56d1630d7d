// Where a checkpoint or a saved run comes in: dropped anywhere on the page, or chosen.
import { useDialogs } from './Choosing.tsx'
import { Icon } from './icons.tsx'
import { Strip } from './Strip.tsx'

export function DropZone({ large }: { large?: boolean }) {
  const { checkpoint, folder, saved, problem } = useDialogs()
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
        <button type="button" className="btn" onClick={checkpoint}>
          Open checkpoint
        </button>
        <button type="button" className="btn" onClick={folder}>
          Open folder
        </button>
        <button type="button" className="btn" onClick={saved}>
          Open saved run
        </button>
      </div>
      {problem && <Strip tone="error" title={problem} />}
    </section>
  )
}
