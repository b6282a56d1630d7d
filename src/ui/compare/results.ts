// What the room Compare looks at: the kept results that belong to the plan, or those of the recording on screen.
import { useEffect, useMemo } from 'react'
import { useStore } from 'zustand'
import type { MatrixState } from '../../store/matrix-job.ts'
import type { Book } from '../../store/records-book.ts'
import { inScope, recordsOfRun, type RunRecord, type Scope } from '../../store/records.ts'
import { inOrder } from '../../store/url.ts'
import { useSame } from '../same.ts'
import { usePlayground, useSession } from '../session.ts'

export interface Results {
  /** Results that can be compared with each other, under the plan's model, tokens and settings. */
  records: readonly RunRecord[]
  /** All of this model. */
  all: readonly RunRecord[]
  scope: Scope | undefined
  /** True where nothing can be run: a recording is on screen. */
  fixed: boolean
}

export function useMatrix<T>(select: (state: MatrixState) => T): T {
  return useStore(usePlayground().matrix.store, select)
}

export function useBook<T>(select: (book: Book) => T): T {
  return useStore(usePlayground().records.store, select)
}

export function useResults(): Results {
  const book = useBook(({ records }) => records)
  const recording = useSession((session) => session.recording !== undefined)
  const run = useSession((session) => (session.recording ? session.run : undefined))
  const scope = useSame(useMatrix((state) => state.scope ?? null)) ?? undefined
  return useMemo(() => {
    if (run) {
      const { records, scope } = recordsOfRun(run)
      return { records, all: records, scope, fixed: recording }
    }
    const all = [...book.values()].filter(({ model }) => model.fingerprint === scope?.fingerprint)
    return { records: scope ? inScope(all, scope) : [], all, scope, fixed: recording }
  }, [book, run, scope, recording])
}

/** Keeps the matrix in step with what the plan would be measured on. */
export function useIdentity() {
  const playground = usePlayground()
  const model = useSession((session) => session.opened)
  const able = useSession((session) => session.unavailable === undefined && session.recording === undefined)
  const calibration = useSession((session) => session.calibration)
  const evaluation = useSession((session) => session.evaluation)
  // Bits, group and recipes are what is compared.
  const whole = useSession((session) => session.plan)
  const plan = useSame({ ...whole, bits: 0, group: 0, recipes: [], layerBits: {} })
  useEffect(() => {
    if (model?.model && able) void playground.matrix.identify()
  }, [playground, model, able, plan, calibration, evaluation])
}

/** Opens one result on the Play page: its bits, group and recipe, solved from the kept Hessians. */
export function useOpenRun() {
  const playground = usePlayground()
  return ({ recipe, bits, group, layerBits }: Pick<RunRecord, 'recipe' | 'bits' | 'group' | 'layerBits'>) => {
    const { plan, run, recording } = playground.store.getState()
    playground.go('play')
    if (recording) return
    const recipes = plan.recipes.includes(recipe) ? plan.recipes : inOrder([...plan.recipes, recipe])
    const same = (one: typeof plan | undefined) =>
      one?.bits === bits && one.group === group && one.recipes.includes(recipe) && !one.layerBits && !layerBits
    if (!same(plan)) playground.change({ bits, group, recipes, ...(layerBits && { layerBits }) })
    if (!run.plan) playground.run()
  }
}
