// The head of the room Layer: where one is, what the recipe leaves, its numbers, and the ways to other layers and
// recipes.
import { layerNumbers, layerSentence } from '../../store/layer-facts.ts'
import { NO_BLOCK } from '../../pipeline/bare-layers.ts'
import type { LayerFacts } from '../../pipeline/events.ts'
import type { LayerState, Run } from '../../store/run.ts'
import { blockName, count, groupWords, layerName, moduleName, recipeShort, recipeTitle } from '../../store/wording.ts'
import { Glyph, recipeClass } from '../marks.tsx'
import { Sentence } from '../Sentence.tsx'
import { usePlayground } from '../session.ts'
import { useWidth } from '../width.ts'

interface Props {
  run: Run
  model: string
  layers: readonly LayerFacts[]
  facts: LayerFacts
  state: LayerState | undefined
  recipes: readonly string[]
  recipe: string | undefined
  pick(recipe: string): void
}

export function LayerHead({ run, model, layers, facts, state, recipes, recipe, pick }: Props) {
  const { block, module, rows, columns } = facts
  const result = recipe === undefined ? undefined : state?.results[recipe]
  const sentence = state && recipe !== undefined ? layerSentence(run, state, recipe) : undefined
  return (
    <>
      <p className="crumbs">
        {model} <span>/</span>{' '}
        {block !== NO_BLOCK && (
          <>
            block {block} <span>/</span>{' '}
          </>
        )}
        <b>{moduleName(module)}</b>{' '}
        <span className="nowrap">
          {count(rows)} rows × {count(columns)} columns
          {result && `, ${result.bits} bits, ${groupWords(result.group)}`}
        </span>
      </p>
      <div className="pagehead">
        <div>
          <h1>
            {sentence ? (
              <Sentence words={sentence} />
            ) : (
              `${layerName(facts)}${recipe === undefined || !run.plan ? '' : `: ${recipeTitle(recipe)} has not solved it yet`}`
            )}
          </h1>
          {state && recipe !== undefined && result && (
            <dl className="layer-numbers" aria-label="Numbers of this layer">
              {layerNumbers(run, state, recipe).map(({ name, value, of, loud }) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd className={loud ? `loud ${recipeClass(recipe)}` : undefined}>
                    {value} {of && <small>{of}</small>}
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </div>
      </div>
      <div className="ways">
        <LayerLine layers={layers} facts={facts} solved={(layer) => run.layers[layer]?.solved ?? false} />
        {recipes.length > 0 && (
          <fieldset className="recipe-choice">
            <legend className="visually-hidden">Recipe</legend>
            {recipes.map((name) => (
              <label key={name} className={recipeClass(name)}>
                <input type="radio" name="layer-recipe" checked={name === recipe} onChange={() => pick(name)} />
                <span>
                  <Glyph recipe={name} />
                  {recipes.includes('gptq') ? recipeShort(name) : recipeTitle(name)}
                </span>
              </label>
            ))}
          </fieldset>
        )}
      </div>
    </>
  )
}

/** One tick per layer, a long one per block; a native slider under the number line, and a button for each neighbour. */
function LayerLine({
  layers,
  facts,
  solved,
}: {
  layers: readonly LayerFacts[]
  facts: LayerFacts
  solved(layer: string): boolean
}) {
  const playground = usePlayground()
  const [ref, width] = useWidth<HTMLDivElement>()
  const index = layers.findIndex(({ layer }) => layer === facts.layer)
  const go = (to: number) => layers[to] && playground.select(layers[to].layer)
  const before = layers[index - 1]
  const after = layers[index + 1]
  // The thumb of the slider is 22 pixels wide: its middle runs from 11 to width − 11.
  const at = (i: number) => 11 + (i * (width - 22)) / Math.max(1, layers.length - 1)
  const room = width / Math.max(1, layers[layers.length - 1]?.block + 1)
  return (
    <div className="layer-line">
      <button
        type="button"
        className="btn"
        disabled={!before}
        onClick={() => go(index - 1)}
        aria-label={before ? `Layer before: ${layerName(before)}` : 'Layer before'}
      >
        <span aria-hidden="true">‹</span> <span className="word">{before ? moduleName(before.module) : ''}</span>
      </button>
      <div className="line" ref={ref}>
        {width > 0 && (
          <svg width={width} height={34} aria-hidden="true">
            <path className="base" d={`M0 26H${width}`} />
            {layers.map(({ layer, block }, i) => {
              const first = i === 0 || layers[i - 1].block !== block
              return (
                <g key={layer}>
                  {(first || width / layers.length > 5) && (
                    <path className={solved(layer) ? 'tick passed' : 'tick'} d={`M${at(i)} ${first ? 14 : 20}V26`} />
                  )}
                  {first && room > 22 && (
                    <text x={at(i)} y={10} textAnchor={i === 0 ? 'start' : 'middle'}>
                      {blockName(block, room <= 70)}
                    </text>
                  )}
                </g>
              )
            })}
          </svg>
        )}
        <input
          type="range"
          min={0}
          max={Math.max(0, layers.length - 1)}
          value={Math.max(0, index)}
          aria-label="Layer"
          aria-valuetext={layerName(facts)}
          onChange={({ target }) => go(Number(target.value))}
        />
      </div>
      <button
        type="button"
        className="btn"
        disabled={!after}
        onClick={() => go(index + 1)}
        aria-label={after ? `Layer after: ${layerName(after)}` : 'Layer after'}
      >
        <span className="word">{after ? moduleName(after.module) : ''}</span> <span aria-hidden="true">›</span>
      </button>
    </div>
  )
}
