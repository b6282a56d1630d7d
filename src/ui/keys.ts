// Keys of the page. Off while a field, a chart or a dialog has the focus, and together with Ctrl, Alt or Meta. Single
// letters, digits and signs can be switched off, for those who speak to their computer; this device remembers it.
import { useEffect, useSyncExternalStore } from 'react'

export interface KeyAction {
  key: string
  /** As printed on the key. */
  name: string
  what: string
  run(): void
}

const STORED = 'cdquant-letters'
const listeners = new Set<() => void>()
let letters = rememberedLetters()

function rememberedLetters(): boolean {
  try {
    return localStorage.getItem(STORED) !== 'off'
  } catch {
    return true // storage may be switched off; the choice then lasts as long as the page
  }
}

function setLetters(on: boolean) {
  letters = on
  try {
    if (on) localStorage.removeItem(STORED)
    else localStorage.setItem(STORED, 'off')
  } catch {
    // Not remembered, as above.
  }
  listeners.forEach((listener) => listener())
}

/** Whether single letters are keys, and how to change that. */
export function useLetters(): [boolean, (on: boolean) => void] {
  const on = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => letters,
  )
  return [on, setLetters]
}

const OWN =
  'input:not([type=radio]):not([type=checkbox]), select, textarea, dialog, [role=application], [contenteditable]'

/** `of` a room: its keys come before those of the page. */
export function useKeys(actions: readonly KeyAction[], of: 'page' | 'room' = 'page'): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return
      const target = event.target instanceof Element ? event.target : null
      if (target?.closest(OWN)) return
      if (!letters && event.key.length === 1 && event.key !== ' ') return
      // Buttons and checkboxes have the space bar, radio buttons the arrows, for themselves.
      if (event.key === ' ' && target?.closest('button, a, summary, input:not([type=radio]:checked)')) return
      if (event.key.startsWith('Arrow') && target?.closest('input')) return
      const action = actions.find(({ key }) => key === event.key || key === event.key.toLowerCase())
      if (!action || (event.repeat && !event.key.startsWith('Arrow'))) return
      event.preventDefault()
      action.run()
    }
    const early = { capture: of === 'room' }
    addEventListener('keydown', onKey, early)
    return () => removeEventListener('keydown', onKey, early)
  }, [actions, of])
}
