// Lesson 9: which layers hurt, on the page's own run and its own figures.
import { challenger, focusLayer, reference } from '../../store/compare.ts'
import { layerName, moduleName, percent, plural, recipeTitle, significant } from '../../store/wording.ts'
import { EveryLayer, ThisLayer } from '../PlayRoom.tsx'
import { LayerTable } from '../LayerTable.tsx'
import { usePlayground, useSession } from '../session.ts'
import { type FigureProps, lesson } from './lesson.ts'
import { LiveRun } from './LiveRun.tsx'
import { LossBars } from './LossBars.tsx'
import { moduleLosses, worstLayer } from './modules.ts'

interface State {
  picture: 'layers' | 'modules' | 'worst' | 'table'
}

/** The recipe the lesson speaks of. */
const useRecipe = () =>
  useSession(({ run, plan }) => {
    const names = run.plan?.recipes ?? plan.recipes
    return challenger(names) ?? reference(names) ?? ''
  })

function Figure({ state }: FigureProps<State>) {
  const run = useSession((session) => session.run)
  const selected = useSession((session) => session.selected)
  const recipe = useRecipe()
  const worst = worstLayer(run, recipe)
  return (
    <LiveRun>
      {state.picture === 'layers' && <EveryLayer layer={selected ?? focusLayer(run)} />}
      {state.picture === 'modules' && <Modules />}
      {state.picture === 'worst' && <ThisLayer layer={selected ?? worst?.facts.layer} />}
      {state.picture === 'table' && <LayerTable />}
    </LiveRun>
  )
}

function Modules() {
  const run = useSession((session) => session.run)
  const recipe = useRecipe()
  const losses = moduleLosses(run, recipe)
  return (
    <section className="figure" aria-labelledby="by-module">
      <header>
        <div>
          <h2 id="by-module">By kind of layer</h2>
          <p className="caption">Geometric mean of the relative losses of {recipeTitle(recipe)}.</p>
        </div>
      </header>
      {losses.length ? (
        <LossBars
          label="Mean relative loss by kind of layer"
          bars={losses.map(({ module, layers, relative }) => ({
            recipe,
            label: `${moduleName(module)} × ${layers}`,
            value: relative,
          }))}
        />
      ) : (
        <p className="empty">One bar per kind of layer, once the run has solved some.</p>
      )}
    </section>
  )
}

function Waiting() {
  return <>No layer is solved yet: press Run above the figure.</>
}

function GoTo() {
  const playground = usePlayground()
  const run = useSession((session) => session.run)
  const recipe = useRecipe()
  const worst = worstLayer(run, recipe)
  if (!worst) return null
  return (
    <p className="lesson-go">
      <button
        type="button"
        className="btn"
        onClick={() => {
          playground.select(worst.facts.layer)
          playground.go('layer')
        }}
      >
        Look into {layerName(worst.facts)}
      </button>{' '}
      <button type="button" className="btn" onClick={() => playground.go('compare')}>
        Spend bits in Compare
      </button>
    </p>
  )
}

export const layers = lesson<State>({
  name: 'layers',
  title: 'Which layers hurt',
  Figure,
  steps: [
    {
      title: 'Not all layers lose the same',
      state: { picture: 'layers' },
      Prose: () => {
        const run = useSession((session) => session.run)
        const recipe = useRecipe()
        const losses = run.order.flatMap((layer) => run.layers[layer].results[recipe]?.relative ?? [])
        if (!losses.length)
          return (
            <p>
              <Waiting />
            </p>
          )
        return (
          <p>
            {plural(losses.length, 'layer')} solved by {recipeTitle(recipe)}, with the same bits. The relative loss runs
            from {percent(Math.min(...losses))} to <b>{percent(Math.max(...losses))}</b>, a factor of{' '}
            {significant(Math.max(...losses) / Math.min(...losses), 2)}.
          </p>
        )
      },
      look: 'Click a point to select its layer; above the losses, below the same divided by GPTQ’s.',
    },
    {
      title: 'A matter of kind',
      state: { picture: 'modules' },
      Prose: () => {
        const run = useSession((session) => session.run)
        const losses = moduleLosses(run, useRecipe())
        if (losses.length < 2)
          return (
            <p>
              <Waiting />
            </p>
          )
        const [most, least] = [losses[0], losses[losses.length - 1]]
        return (
          <p>
            Layers of one kind behave alike. <b>{moduleName(most.module)}</b> loses {percent(most.relative)} on average,{' '}
            {moduleName(least.module)} {percent(least.relative)}: inputs that share few directions let errors cancel,
            inputs that go everywhere do not.
          </p>
        )
      },
      look: 'Four blocks, seven kinds: is the order the same in a model of yours?',
    },
    {
      title: 'The worst one',
      state: { picture: 'worst' },
      Prose: () => {
        const run = useSession((session) => session.run)
        const recipe = useRecipe()
        const worst = worstLayer(run, recipe)
        if (!worst)
          return (
            <p>
              <Waiting />
            </p>
          )
        return (
          <p>
            The largest relative loss is that of {layerName(worst.facts)}, <b>{percent(worst.relative)}</b>. Its curve
            shows what the descent could do, its Hessian how concentrated the inputs are.
          </p>
        )
      },
      look: 'Below the curve: tokens per column, condition, and the leading eigenvalues.',
    },
    {
      title: 'What to do about it',
      state: { picture: 'table' },
      Prose: () => (
        <>
          <p>
            Three remedies: more bits for these layers and fewer for others, smaller groups, or a better solver. The
            relative loss tells where to try first; the perplexity of the whole model decides.
          </p>
          <GoTo />
        </>
      ),
      look: 'Sort the table by a recipe. The bit budget in Compare spends bits where they help most.',
    },
  ],
})
