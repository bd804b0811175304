#!/bin/sh
set -eu
mkdir -p "$1"
