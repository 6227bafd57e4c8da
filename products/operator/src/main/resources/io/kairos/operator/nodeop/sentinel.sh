# Tells the reboot pod of this node that the Job's command has succeeded. Kubernetes puts the Job's name in place.
set -e
echo "done" > "/sentinel/$(JOB_NAME)-$(date +%s)"
