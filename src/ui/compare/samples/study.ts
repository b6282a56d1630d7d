// The study of samples of this page: it goes on while other rooms are looked at.
import type { Playground } from '../../../store/playground.ts'
import { SamplesStudy } from '../../../store/samples.ts'

const studies = new WeakMap<Playground, SamplesStudy>()

export function studyOf(playground: Playground): SamplesStudy {
  let study = studies.get(playground)
  if (!study) studies.set(playground, (study = new SamplesStudy(playground.questions)))
  return study
}
