// Large drawings come in pieces: one piece of one drawing per frame and task, so that none holds the main thread long.
import { useEffect, useState } from 'react'

const waiting: (() => void)[] = []
let called = false

function callNext() {
  if (called || !waiting.length) return
  called = true
  // After the frame, in a task of its own.
  requestAnimationFrame(() =>
    setTimeout(() => {
      called = false
      waiting.shift()?.()
      callNext()
    }),
  )
}

/** How many of `pieces` may be drawn by now. Drawings that wait take turns. */
export function useTurns(pieces: number): number {
  const [drawn, setDrawn] = useState(0)
  useEffect(() => {
    if (drawn >= pieces) return
    const turn = () => setDrawn(drawn + 1)
    waiting.push(turn)
    callNext()
    return () => {
      const place = waiting.indexOf(turn)
      if (place >= 0) waiting.splice(place, 1)
    }
  }, [drawn, pieces])
  return drawn
}
