import { X509Certificate } from 'node:crypto';
import { createSecureContext, getCACertificates, rootCertificates, type SecureContext } from 'node:tls';
import { HumError, messageOf } from '../../../shared/errors.ts';
import { visibleText } from '../../../shared/visible-text.ts';

let usual: SecureContext | undefined;

/**
 * Who is trusted to vouch for a server: the authorities in this PEM, or where it is '' those of Node and of this machine. Those are read once:
 * a hundred certificates take a while.
 * @throws HumError `bad-input` for a certificate that cannot be read
 */
export function trusting(authorities: string): SecureContext {
  if (authorities === '') {
    usual ??= createSecureContext({ ca: [...rootCertificates, ...getCACertificates('system')], minVersion: 'TLSv1.2' });
    return usual;
  }
  try {
    // OpenSSL passes over what it cannot read, and the context would trust nobody.
    const certificates = authorities.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    if (certificates.length === 0) throw new Error('It holds no whole certificate.');
    for (const certificate of certificates) new X509Certificate(certificate);
    return createSecureContext({ ca: authorities, minVersion: 'TLSv1.2' });
  } catch (error) {
    throw new HumError(
      {
        code: 'bad-input',
        message: 'The certificate of the authority cannot be read.',
        hint: 'It is a text in PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----, of one or several certificates.',
        detail: visibleText(messageOf(error)),
      },
      { cause: error },
    );
  }
}
