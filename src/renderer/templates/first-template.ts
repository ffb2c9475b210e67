/** What the editor begins with where nothing is there yet: a template that is whole, to be changed. */
export const firstTemplate = `version: 1
name: New template
description: What it is for, in one sentence.
icon: server
type: pvh
memory: 512 MiB
vcpus: 1
boot:
  kernel: /boot/vmlinuz
  ramdisk: /boot/initrd.img
  command: root=/dev/xvda1 ro console=hvc0
disks:
  - device: xvda
    size: 2 GiB
vifs:
  - bridge: xenbr0
tags: []
parameters: []
`;
