import { SCOPE_FIELDS, type Scope } from '../../model/scope.ts';
import { plain } from './style.ts';

/** What a scope covers, such as `channel email or sms, category shoes`; `everything` where it is empty. */
export function describeScope(scope: Scope): string {
  const parts = SCOPE_FIELDS.flatMap((field) => {
    const values = scope[field] ?? [];
    return values.length === 0 ? [] : [`${field} ${values.map(plain).join(' or ')}`];
  });
  return parts.length === 0 ? 'everything' : parts.join(', ');
}
