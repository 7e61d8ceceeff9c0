#!/bin/sh
# One resilience job: the same in GitHub Actions (action.yml), GitLab CI (deploy/gitlab-ci.yml) and by hand. Takes the
# arguments of `midflight run`. From the environment:
#   MIDFLIGHT           the command, if it is not in PATH
#   MIDFLIGHT_OUT       the report folder
#   MIDFLIGHT_UNKNOWN   pass: an unknown verdict (exit code 2) does not fail the job
#   MIDFLIGHT_BASELINE  a report to compare with, if the file exists; a run that passes takes its place
# Ends with midflight's own exit code; a regression against the baseline is 1.
set -u
out=${MIDFLIGHT_OUT:-midflight-report}
baseline=${MIDFLIGHT_BASELINE:-}
reporters=terminal,json,markdown,junit,html,openmetrics,ctrf
if [ -n "${GITHUB_ACTIONS:-}" ]; then reporters=$reporters,github; fi

set -- "$@" --out "$out" --quiet --reporter "$reporters"
compared=no
if [ -n "$baseline" ]; then
  if [ -f "$baseline" ]; then
    set -- "$@" --baseline "$baseline"
    compared=yes
  fi
  set -- "$@" --save-baseline "$baseline.new"
fi

# shellcheck disable=SC2086 # MIDFLIGHT may be a command with arguments
${MIDFLIGHT:-midflight} run "$@"
code=$?

if [ "$compared" = yes ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -f "$out/report.json" ]; then
  # shellcheck disable=SC2086
  ${MIDFLIGHT:-midflight} compare "$baseline" "$out" --format markdown >>"$GITHUB_STEP_SUMMARY"
fi
if [ "$code" = 0 ] && [ -n "$baseline" ] && [ -f "$baseline.new" ]; then mv "$baseline.new" "$baseline"; fi

case $code in
  0) verdict=pass ;;
  1) verdict=fail ;;
  2)
    verdict=unknown
    echo 'unknown: midflight could not tell whether requests were lost. The report has the reason.' >&2
    echo 'If an instrument was late, the runner was too busy: run it again, or on a larger runner.' >&2
    echo 'If no stream was on the node, raise the concurrency or the repeats.' >&2
    ;;
  *) verdict=none ;;
esac
if [ -n "${GITHUB_OUTPUT:-}" ]; then
  printf 'exit-code=%s\nverdict=%s\nreport=%s\n' "$code" "$verdict" "$out" >>"$GITHUB_OUTPUT"
fi
if [ "$code" = 2 ] && [ "${MIDFLIGHT_UNKNOWN:-fail}" = pass ]; then exit 0; fi
exit "$code"
