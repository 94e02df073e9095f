/**
 * A table's name as the configuration gives it: `cl_spring`, `public.cl_spring`, or with parts in double
 * quotes, whose letters are taken as they are. Answers the parts as PostgreSQL knows them: what is not in quotes is folded
 * to lower case.
 */
export function tableNameParts(name: string): string[] {
  const parts = name.match(/"(?:[^"]|"")*"|[^."]+/g) ?? [];
  return parts.map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part.toLowerCase()));
}
