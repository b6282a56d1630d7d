// The browser's dialogs for files. Their inputs stand beside the rooms: whatever is drawn anew while a dialog is open,
// what is chosen in it arrives.
import { createContext, type ReactNode, useContext, useMemo, useRef, useState } from 'react'
import { pickedFiles } from './files.ts'
import { usePlayground } from './session.ts'
import { takeInTurn } from './taking.ts'

interface Dialogs {
  checkpoint(): void
  folder(): void
  saved(): void
  /** Why the last choice was not taken; empty when it was. */
  problem: string
}

const Context = createContext<Dialogs | undefined>(undefined)

export function useDialogs(): Dialogs {
  const dialogs = useContext(Context)
  if (!dialogs) throw new Error('this component stands outside of the dialogs for files')
  return dialogs
}

export function Choosing({ children }: { children: ReactNode }) {
  const playground = usePlayground()
  const checkpoint = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const saved = useRef<HTMLInputElement>(null)
  const [problem, setProblem] = useState('')
  const dialogs = useMemo(
    () => ({
      checkpoint: () => checkpoint.current?.click(),
      folder: () => folder.current?.click(),
      saved: () => saved.current?.click(),
      problem,
    }),
    [problem],
  )
  const failed = (error: unknown) => setProblem(String(error))
  const takeFrom = async (event: Event) => {
    const picking = pickedFiles(event)
    // The same files may be chosen again once they are mended.
    ;(event.target as HTMLInputElement).value = ''
    if (!(await takeInTurn(playground, picking))) setProblem('The choice holds no file.')
  }
  const chosen = (event: Event) => {
    setProblem('')
    takeFrom(event).catch(failed)
  }
  return (
    <Context value={dialogs}>
      {children}
      <input
        ref={checkpoint}
        type="file"
        multiple
        hidden
        aria-label="Checkpoint files"
        onChange={(event) => chosen(event.nativeEvent)}
      />
      <input
        ref={saved}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label="Saved run"
        onChange={(event) => {
          const [file] = event.target.files ?? []
          event.target.value = ''
          if (file) playground.viewing.open(file.name, file).catch(failed)
        }}
      />
      <input
        ref={(element) => {
          folder.current = element
          // React knows no such attribute; every desktop browser does.
          element?.setAttribute('webkitdirectory', '')
        }}
        type="file"
        multiple
        hidden
        aria-label="Folder of a model"
        onChange={(event) => chosen(event.nativeEvent)}
      />
    </Context>
  )
}
