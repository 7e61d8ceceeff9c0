import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.ts';

/* The pages of this repository, and what they tell people to type. */

const root = packageRoot();
const markdown = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file));

export const pages: readonly string[] = [
  ...markdown('.'),
  ...markdown('docs'),
  ...markdown('docs/facts'),
  ...markdown('docs/decisions'),
];

export const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');

/** The code blocks of a page in that language. */
export const blocksOf = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\b[^\\n]*\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, block = '']) => block,
  );

/** Lines of shell blocks that call midflight, without that word and without comments; those with placeholders are left out. */
export const commands: readonly { readonly page: string; readonly command: string }[] = pages.flatMap(
  (page) =>
    ['sh', 'bash', 'console']
      .flatMap((language) => blocksOf(textOf(page), language))
      .flatMap((block) => block.split('\n'))
      .flatMap((line) => {
        const [, command] = /^(?:\$ )?(?:npx )?midflight (.*?)(?:\s+#.*)?$/.exec(line) ?? [];
        return command === undefined || /[<|…]|\$\(/.test(command) ? [] : [{ page, command }];
      }),
);
