// What the keys of the page do. Rooms may take some for themselves (useKeys of a room comes first).
import { useMemo } from 'react'
import { type KeyAction, useKeys } from './keys.ts'
import { rooms } from './rooms.ts'
import { usePlayground, useSession } from './session.ts'

interface Deeds {
  share(): void
  turnTheme(): void
  showKeys(): void
}

/** Turns to the recipes of the plan; where the plan is folded, to its button. */
function focusRecipes() {
  const places = document.querySelectorAll<HTMLElement>('.plan .recipes input, .plan-short .btn')
  ;[...places]
    .reverse()
    .find((place) => place.checkVisibility() && !place.matches(':disabled'))
    ?.focus()
}

/** Listens to the keys; returns all of them, for the list. */
export function usePageKeys({ share, turnTheme, showKeys }: Deeds): readonly KeyAction[] {
  const playground = usePlayground()
  const room = useSession((session) => session.room)
  const locked = useSession((session) => session.view.lock.includes('bits'))
  const walled = useSession((session) => session.view.hide.includes('nav'))
  const actions = useMemo<KeyAction[]>(() => {
    const { store } = playground
    const bits = [2, 3, 4, 8].map((value) => ({
      key: String(value),
      name: String(value),
      what: `${value} bits`,
      run: () => playground.change({ bits: value }),
    }))
    const arrows: KeyAction[] =
      // The lessons have arrows of their own.
      room === 'lessons'
        ? [{ key: 'ArrowRight', name: '→ ←', what: 'next and last step of the lesson', run: () => {} }]
        : [
            { key: 'ArrowRight', name: '→', what: 'step one layer', run: () => playground.step() },
            { key: 'ArrowLeft', name: '←', what: 'back to the layer before', run: () => playground.selectNext(-1) },
          ]
    return [
      {
        key: ' ',
        name: 'Space',
        what: 'run or pause',
        run: () => (store.getState().state === 'running' ? playground.pause() : playground.run()),
      },
      ...arrows,
      { key: 'Escape', name: 'Esc', what: 'stop', run: () => playground.stop() },
      ...(locked ? [] : bits),
      { key: '[', name: '[', what: 'layer before', run: () => playground.selectNext(-1) },
      { key: ']', name: ']', what: 'layer after', run: () => playground.selectNext(1) },
      {
        key: 'r',
        name: 'R',
        what: 'recipes',
        run: () => {
          if (!walled) playground.go('play')
          // The plan is drawn first.
          requestAnimationFrame(focusRecipes)
        },
      },
      ...(walled ? [] : rooms).map(({ room, key, what }) => ({
        key: key.toLowerCase(),
        name: key,
        what,
        run: () => playground.go(room),
      })),
      { key: 's', name: 'S', what: 'copy a link to what is shown', run: share },
      {
        key: 'b',
        name: 'B',
        what: 'larger type, for a projector',
        run: () => playground.look({ big: !store.getState().view.big }),
      },
      { key: 't', name: 'T', what: 'theme', run: turnTheme },
      { key: '?', name: '?', what: 'all keys', run: showKeys },
    ]
  }, [playground, share, turnTheme, showKeys, room, locked, walled])
  useKeys(actions)
  return actions
}
