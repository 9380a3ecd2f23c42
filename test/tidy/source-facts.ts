import ts from 'typescript';

/** What a pure room may not touch: the clock, chance, the process, timers and the network. */
const PLATFORM = new Set([
  ...['process', 'performance', 'global', 'globalThis', 'Intl', 'eval', 'Function'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch', 'crypto', 'navigator'],
]);
const PURE_OF_DATE = new Set(['UTC', 'parse']);

/** A source file as its syntax. */
export function parse(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

/** Every use of the platform, such as `src/a.ts:7 Date.now`; comments and texts are no uses. */
export function platformUses(source: ts.SourceFile): string[] {
  return usesOf(source, (node) => (ts.isIdentifier(node) && isValue(node) ? platformUse(node) : undefined));
}

function platformUse(node: ts.Identifier): string | undefined {
  const member = memberOf(node);
  // A locale must be named, so it says the same everywhere.
  if (node.text === 'Intl' && member === 'Locale') return undefined;
  if (PLATFORM.has(node.text)) return node.text;
  if (node.text === 'Date') return impureDate(node);
  if (node.text === 'Math') return member === undefined || member === 'random' ? 'Math.random' : undefined;
  return node.text === 'Temporal' && member === 'Now' ? 'Temporal.Now' : undefined;
}

/** Every way to the environment, from `process.env` to `import { env } from 'node:process'`. */
export function environmentUses(source: ts.SourceFile): string[] {
  return usesOf(source, (node) => {
    if (ts.isImportDeclaration(node)) {
      return /^['"](node:)?process['"]$/.test(node.moduleSpecifier.getText()) ? node.getText() : undefined;
    }
    if (ts.isVariableDeclaration(node)) return takesEnvironment(node) ? node.getText() : undefined;
    return isAccess(node) && isProcess(node.expression) && accessed(node) === 'env'
      ? 'process.env'
      : undefined;
  });
}

function takesEnvironment({ name, initializer }: ts.VariableDeclaration): boolean {
  if (initializer === undefined || !isProcess(initializer)) return false;
  return ts.isIdentifier(name) || /\benv\b/.test(name.getText());
}

/** Every use of the console. */
export function consoleUses(source: ts.SourceFile): string[] {
  return usesOf(source, (node) =>
    ts.isIdentifier(node) && node.text === 'console' && isValue(node) ? 'console' : undefined,
  );
}

/** Every text that is written in the file, comments aside. */
export function writtenTexts(source: ts.SourceFile): readonly string[] {
  const texts: string[] = [];
  usesOf(source, (node) => {
    if (ts.isStringLiteralLike(node)) texts.push(node.text);
    return undefined;
  });
  return texts;
}

function usesOf(source: ts.SourceFile, find: (node: ts.Node) => string | undefined): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const use = find(node);
    if (use !== undefined) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      found.push(`${source.fileName}:${line + 1} ${use}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Whether the identifier is read as a value: neither a member's name, nor a key, nor part of a type. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent) || ts.isTypeElement(parent) || ts.isClassElement(parent)) {
    return parent.name !== node;
  }
  return !ts.isTypeReferenceNode(parent) && !ts.isQualifiedName(parent);
}

function impureDate(node: ts.Identifier): string | undefined {
  const { parent } = node;
  if (ts.isNewExpression(parent)) return (parent.arguments?.length ?? 0) > 0 ? undefined : 'new Date()';
  const member = memberOf(node);
  return member !== undefined && PURE_OF_DATE.has(member)
    ? undefined
    : member === undefined
      ? 'Date'
      : `Date.${member}`;
}

/** `now` for the `Date` of `Date.now` and `Date['now']`; undefined when it is used as a whole. */
function memberOf(node: ts.Identifier): string | undefined {
  const { parent } = node;
  return isAccess(parent) && parent.expression === node ? accessed(parent) : undefined;
}

type Access = ts.PropertyAccessExpression | ts.ElementAccessExpression;

function isAccess(node: ts.Node): node is Access {
  return ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node);
}

function accessed(node: Access): string | undefined {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  return ts.isStringLiteralLike(node.argumentExpression) ? node.argumentExpression.text : undefined;
}

function isProcess(node: ts.Node): boolean {
  return node.getText() === 'process' || node.getText() === 'globalThis.process';
}
