import { MidflightError } from '../base/errors.ts';
import { type ClusterName, madeClusterNames, ownClusterNames } from '../catalogue/clusters.ts';
import { nearest } from '../scenario/nearest.ts';

/** What `--cluster` of `run` names. */
interface ChosenCluster {
  readonly cluster: ClusterName;
  /** A context of the kubeconfig; null: midflight makes the cluster. */
  readonly context: string | null;
}

/** Throws `bad-usage` for a word that names no cluster. */
export function chosenCluster(word: string): ChosenCluster {
  const made = madeClusterNames.find((name) => name === word);
  if (made !== undefined) return { cluster: made, context: null };
  const [kind = '', ...rest] = word.split(':');
  const own = ownClusterNames.find((name) => name === kind);
  const context = rest.join(':');
  if (own !== undefined && context !== '') return { cluster: own, context };
  const words = [...madeClusterNames, ...ownClusterNames.map((name) => `${name}:NAME`)];
  const near = nearest(word, words);
  throw new MidflightError('bad-usage', `--cluster ${word}: there is no such cluster`, {
    hint:
      own === undefined
        ? `${near === undefined ? '' : `did you mean ${near}? `}allowed: ${words.join(', ')}`
        : `write ${own}:NAME with a context of your kubeconfig; kubectl config get-contexts lists them`,
  });
}
