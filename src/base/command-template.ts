import { MidflightError } from './errors.ts';

/** The values of a node that a command can use. Null: the node has no such value. */
export interface NamedNode {
  readonly name: string;
  /** topology.kubernetes.io/zone */
  readonly zone: string | null;
  /** spec.providerID */
  readonly providerID: string | null;
}

/** What stands for a node in a command. */
const placeholders: Readonly<Record<string, (node: NamedNode) => string | null>> = {
  '{name}': ({ name }) => name,
  '{zone}': ({ zone }) => zone,
  '{providerID}': ({ providerID }) => providerID,
};

/**
 * The words of a command, as a shell would split them: blanks separate, single and double quotes keep together. Nothing is
 * expanded, and no shell runs it. Throws `bad-usage` for an open quote, no word at all, or an unknown placeholder.
 */
export function commandWords(text: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (const letter of text) {
    if (quote !== null) {
      if (letter === quote) quote = null;
      else word += letter;
    } else if (letter === '"' || letter === "'") {
      quote = letter;
      word ??= '';
    } else if (/\s/.test(letter)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + letter;
  }
  if (word !== null) words.push(word);
  if (quote !== null) throw bad(`a quote is not closed: ${text}`);
  if (words.length === 0) throw bad('the command is empty');
  const unknown = words.flatMap((one) => one.match(/\{\w+\}/g) ?? []).find((one) => !(one in placeholders));
  if (unknown !== undefined) throw bad(`${unknown} is no known placeholder: ${text}`);
  return words;
}

/**
 * The same for one node. What is filled in stays within its word, whatever it holds. Throws `cluster-failed` if the node has
 * no such value.
 */
export function filledCommand(words: readonly string[], node: NamedNode): string[] {
  return words.map((word) =>
    word.replaceAll(/\{\w+\}/g, (found) => {
      const value = placeholders[found]?.(node) ?? null;
      if (value !== null && value !== '') return value;
      throw new MidflightError('cluster-failed', `node ${node.name} has no value for ${found}`, {
        hint:
          found === '{zone}'
            ? 'the label topology.kubernetes.io/zone is not there'
            : 'spec.providerID is not set',
      });
    }),
  );
}

/**
 * The words of a command that takes one node, or gives it back. Throws `bad-usage` as commandWords, and if it does not name the
 * node: it would hit the same machine whichever node is meant.
 */
export function nodeCommandWords(text: string): string[] {
  const words = commandWords(text);
  if (words.some((word) => word.includes('{name}') || word.includes('{providerID}'))) return words;
  throw bad(`the command does not name the node: ${text}`);
}

const bad = (what: string) =>
  new MidflightError('bad-usage', what, {
    hint: "write it as in 'gcloud compute instances stop {name} --zone {zone}'; {providerID} is known too",
  });
