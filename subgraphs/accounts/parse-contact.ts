import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import type { ContactChange } from './source.ts';

/** Contact data as a caller sends it. */
export interface ContactInput {
  readonly email?: string | null;
  readonly phone?: string | null;
}

const LONGEST_EMAIL = 254;
const LONGEST_LOCAL_PART = 64;

// RFC 5321 without quoted local parts and address literals, which no mailbox in use has.
const LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const DOMAIN = /^([a-z\d]([a-z\d-]{0,61}[a-z\d])?\.)+[a-z][a-z\d-]{0,61}[a-z\d]$/i;

// E.164 allows 15 digits; no country numbers its subscribers with fewer than 8 including the country code.
const PHONE = /^\+[1-9]\d{7,14}$/;

/**
 * Checks new contact data and brings it into the form that is stored: the phone
 * number without spaces, dots, hyphens and brackets.
 *
 * Messages never repeat what was given, because it is personal data and messages are logged.
 *
 * @throws {MeshgateError} `INPUT_INVALID` when neither is given, or one does not fit.
 */
export function parseContact(input: ContactInput): ContactChange {
  const email = input.email ?? null;
  const phone = input.phone ?? null;
  if (email === null && phone === null) {
    throw invalid('input', 'email or phone must be given, or there is nothing to change.');
  }
  return {
    email: email === null ? null : parseEmail(email),
    phone: phone === null ? null : parsePhone(phone),
  };
}

function parseEmail(email: string): string {
  if (email.length > LONGEST_EMAIL) {
    throw invalid(
      'input.email',
      `email must have at most ${LONGEST_EMAIL} characters, not ${email.length}.`,
    );
  }
  const at = email.lastIndexOf('@');
  const localPart = email.slice(0, Math.max(at, 0));
  if (localPart.length > LONGEST_LOCAL_PART || !LOCAL_PART.test(localPart)) {
    throw invalid(
      'input.email',
      `email must be an address such as new.address@example.com; before the @ stand 1 to ${LONGEST_LOCAL_PART} letters, digits and signs, without spaces and without two dots in a row.`,
    );
  }
  if (!DOMAIN.test(email.slice(at + 1))) {
    throw invalid(
      'input.email',
      'email must be an address such as new.address@example.com; after the @ stands a domain with a dot.',
    );
  }
  return email;
}

function parsePhone(phone: string): string {
  const compact = phone.replace(/[ .()-]/g, '');
  if (!PHONE.test(compact)) {
    throw invalid(
      'input.phone',
      'phone must be a plus sign, the country code and the number, 8 to 15 digits in all, such as +1 202 555 0142.',
    );
  }
  return compact;
}

function invalid(argument: string, message: string): MeshgateError {
  return new MeshgateError('INPUT_INVALID', { message, details: { argument } });
}
