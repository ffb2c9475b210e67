import debianCloud from '../../../../resources/templates/debian-cloud.yaml?raw';
import debianPv from '../../../../resources/templates/debian-pv.yaml?raw';
import hvmUefi from '../../../../resources/templates/hvm-uefi.yaml?raw';
import pvhLinux from '../../../../resources/templates/pvh-linux.yaml?raw';
import tinyPv from '../../../../resources/templates/tiny-pv.yaml?raw';

/** The templates that ship with Hum: the texts of resources/templates by their ids. */
export const shippedTemplates: ReadonlyMap<string, string> = new Map([
  ['shipped/debian-cloud', debianCloud],
  ['shipped/debian-pv', debianPv],
  ['shipped/hvm-uefi', hvmUefi],
  ['shipped/pvh-linux', pvhLinux],
  ['shipped/tiny-pv', tinyPv],
]);
