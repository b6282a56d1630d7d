// Several model folders were dropped at once: one has to be chosen.
import { usePlayground } from '../session.ts'

export function Folders({ folders }: { folders: readonly string[] }) {
  const playground = usePlayground()
  return (
    <section className="folders" aria-label="Which folder">
      <h2>Which of these {folders.length} models?</h2>
      <div className="actions">
        {folders.map((folder) => (
          <button key={folder} type="button" className="btn" onClick={() => playground.opening.within(folder)}>
            {folder}
          </button>
        ))}
      </div>
    </section>
  )
}
