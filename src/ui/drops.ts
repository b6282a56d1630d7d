// Files may be dropped anywhere on the page.
import { useEffect, useState } from 'react'
import { pickedFiles } from './files.ts'
import { usePlayground } from './session.ts'
import { takeInTurn } from './taking.ts'

/** Takes what is dropped. Returns whether something is being dragged over the page. */
export function useDrops(): boolean {
  const playground = usePlayground()
  const [dragging, setDragging] = useState(false)
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setDragging(true)
    }
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setDragging(false)
    }
    const drop = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setDragging(false)
      takeInTurn(playground, pickedFiles(event)).catch((error: unknown) =>
        playground.fail(`dropped files: ${String(error)}`),
      )
    }
    addEventListener('dragover', over)
    addEventListener('dragleave', leave)
    addEventListener('drop', drop)
    return () => {
      removeEventListener('dragover', over)
      removeEventListener('dragleave', leave)
      removeEventListener('drop', drop)
    }
  }, [playground])
  return dragging
}
