import { readFileSync } from 'node:fs';

/** A fenced block. */
export interface Fence {
  readonly language: string;
  /** With the end of its last line. */
  readonly text: string;
  /** Of its first line in the page, from 1. */
  readonly line: number;
}

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A page of this repository, by its path from the top. */
export class Page {
  readonly text: string;
  readonly fences: readonly Fence[];
  /** The text without its fenced blocks, whose lines are empty. */
  readonly prose: string;

  constructor(readonly path: string) {
    this.text = readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
    const fences: Fence[] = [];
    this.prose = this.text.replaceAll(/^```(\w*)\n([\s\S]*?)^```$/gm, (block, language: string, text: string, at: number) => {
      fences.push({ language, text, line: this.text.slice(0, at).split('\n').length + 1 });
      return '\n'.repeat(block.split('\n').length - 1);
    });
    this.fences = fences;
  }

  fencesIn(language: string): readonly Fence[] {
    return this.fences.filter((fence) => fence.language === language);
  }

  /** The fence behind another, of that language; undefined where the next is of another. */
  behind(fence: Fence, language: string): Fence | undefined {
    const next = this.fences[this.fences.indexOf(fence) + 1];
    return next?.language === language ? next : undefined;
  }

  /** Targets of links. */
  get links(): readonly string[] {
    return Array.from(this.prose.matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => target);
  }

  /** What a link may name behind `#`, as GitHub makes it of headings. */
  get anchors(): ReadonlySet<string> {
    const headings = Array.from(this.prose.matchAll(/^#+ (.+)$/gm), ([, heading = '']) => heading);
    return new Set(headings.map((heading) => heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')));
  }

  get tables(): readonly Table[] {
    return Array.from(this.prose.matchAll(/(?:^\|.*\|\n)+/gm), ([block]) => {
      const [head = [], , ...rows] = block.trim().split('\n').map(cells);
      return { head, rows };
    });
  }

  /** The rows of every table with that head. Throws where there is none. */
  rowsUnder(...head: readonly string[]): readonly (readonly string[])[] {
    const tables = this.tables.filter((table) => table.head.join('|') === head.join('|'));
    if (tables.length === 0) throw new Error(`${this.path} has no table ${head.join(' | ')}`);
    return tables.flatMap(({ rows }) => rows);
  }
}

const cells = (line: string): string[] => line.split('|').slice(1, -1).map((cell) => cell.trim());

/** What stands in backticks. */
export function codeIn(text: string): readonly string[] {
  return Array.from(text.matchAll(/`([^`]+)`/g), ([, code = '']) => code);
}

/** Commands of a shell block, split into words: quotes as a shell takes them, a backslash at the end goes on in the next line. */
export function commandsOf({ text }: Fence): readonly (readonly string[])[] {
  const lines = text.replaceAll('\\\n', ' ').split('\n').flatMap((line) => line.split(' && '));
  const commands = lines.map((line) => Array.from(line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g), ([word]) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2')));
  return commands.filter((words) => words.length > 0);
}
