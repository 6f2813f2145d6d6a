import type { Installation } from '../store/installation.ts';
import type { JsonObject, JsonValue } from '../wire/json.ts';
import { isArray, isObject, text, textList } from '../wire/json.ts';
import { lookUpTask } from './facts.ts';
import { isFinal, taskStates } from './states.ts';

type Verdict = 'waiting' | 'dependencyConditionsFulfilled' | 'dependencyConditionsNotFulfilled';

interface Dependency {
  readonly taskUuid: string;
  /** Final states that satisfy it; null for any. */
  readonly accepted: readonly string[] | null;
}

/** The tasks that a creation says to wait for, in either of its two ways. */
export function readDependencies(value: JsonValue | undefined): Dependency[] {
  if (!isObject(value)) return [];
  const advanced = isArray(value['advancedDependsOn']) ? value['advancedDependsOn'].filter(isObject) : [];
  return [
    // Which final states satisfy a plain dependency is not documented; here any does.
    ...textList(value['dependsOn']).map((taskUuid) => ({ taskUuid, accepted: null })),
    ...advanced.map((item) => ({
      taskUuid: text(item['taskUuid']) ?? '',
      accepted: isArray(item['taskFinalStateCondition'])
        ? textList(item['taskFinalStateCondition']).map((word) => word.toLowerCase())
        : null,
    })),
  ];
}

interface Judged {
  readonly verdict: Verdict;
  /** In lower case, as conditions are; null while the task runs. */
  readonly finalState: string | null;
}

function judge(installation: Installation, { taskUuid, accepted }: Dependency): Judged {
  const task = lookUpTask(installation, taskUuid);
  // A deleted task can no longer satisfy anything.
  if (task === null) return { verdict: 'dependencyConditionsNotFulfilled', finalState: null };
  const { state } = taskStates(task.job, task.facts).current;
  if (!isFinal(state)) return { verdict: 'waiting', finalState: null };
  const finalState = state.toLowerCase();
  const fulfilled = accepted === null || accepted.length === 0 || accepted.includes(finalState);
  return {
    verdict: fulfilled ? 'dependencyConditionsFulfilled' : 'dependencyConditionsNotFulfilled',
    finalState,
  };
}

function combined(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('dependencyConditionsNotFulfilled')) return 'dependencyConditionsNotFulfilled';
  return verdicts.includes('waiting') ? 'waiting' : 'dependencyConditionsFulfilled';
}

/** Whether a task with these dependencies may start, must wait, or never will. */
export function dependencyVerdict(installation: Installation, value: JsonValue | undefined): Verdict {
  return combined(readDependencies(value).map((dependency) => judge(installation, dependency).verdict));
}

/** The `dependencies` object as it is read; null for a task without any. */
export function dependenciesOf(installation: Installation, value: JsonValue | undefined): JsonObject | null {
  const dependencies = readDependencies(value);
  if (dependencies.length === 0) return null;
  const judged = dependencies.map((dependency) => ({ dependency, ...judge(installation, dependency) }));
  return {
    dependsOn: dependencies.map(({ taskUuid }) => taskUuid),
    advancedDependsOn: judged.map(({ dependency, verdict, finalState }) => ({
      taskUuid: dependency.taskUuid,
      taskFinalStateCondition: dependency.accepted,
      state: verdict,
      actualFinalState: finalState,
    })),
    state: combined(judged.map(({ verdict }) => verdict)),
  };
}
