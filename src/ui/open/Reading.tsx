// While a checkpoint is read: from where, how much has come, and the way out.
import { bytes } from '../../store/wording.ts'
import { Strip } from '../Strip.tsx'
import { usePlayground, useSession } from '../session.ts'

export function Reading() {
  const playground = usePlayground()
  const source = useSession((session) => session.source)
  const name = useSession((session) => session.own[session.source])
  const read = useSession((session) => session.readBytes)
  return (
    <Strip
      tone="neutral"
      title={`Reading ${name ?? 'the checkpoint'}.`}
      actions={
        <button type="button" className="btn" onClick={() => playground.opening.cancel()}>
          Cancel
        </button>
      }
    >
      {source === 'hub'
        ? `${bytes(read)} from the server so far: its list, config, tokenizer, and the headers of the weights.`
        : 'Every tensor is looked at once, for values that are not numbers.'}
    </Strip>
  )
}
