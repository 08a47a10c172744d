#!/bin/bash
# The profile for pam-auth-update: off until somebody enables it, gone without a trace.
# shellcheck source=tests/container/lib.sh
. /7id/tests/container/lib.sh

stacks() {
	cat /etc/pam.d/common-{auth,account,password,session}
}
need /usr/share/pam-configs/7id
before=$(stacks)

pam-auth-update --package
it "leaves the stacks alone when it is installed" prints "$before" stacks

use_pam_profile conf=/etc/security/7id.conf
it "asks 7id before pam_unix" prints "pam_7id.so pam_unix.so pam_deny.so pam_permit.so" \
	sh -c "grep -v '^#' /etc/pam.d/common-auth | grep -o 'pam_[a-z0-9]*\\.so' | xargs"
it "lets only its own accounts end there" \
	grep -q '^auth.*success=2 user_unknown=ignore default=die.*pam_7id' /etc/pam.d/common-auth
it "passes arguments on" grep -q 'pam_7id.so conf=/etc/security/7id.conf' /etc/pam.d/common-account

drop_pam_profile
it "leaves nothing behind" prints "$before" stacks
