# Where the framebuffer of domain $1 is served, as `xl vncviewer` finds it (libxl_vncviewer_exec): address and port, a line each; nothing without one.
PATH=$PATH:/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin
console=/local/domain/$1/console
port=$(xenstore-read "$console/vnc-port" 2>/dev/null) || exit 0
printf '%s\n%s\n' "$(xenstore-read "$console/vnc-listen" 2>/dev/null)" "$port"
