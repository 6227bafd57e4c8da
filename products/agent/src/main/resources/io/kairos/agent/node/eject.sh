#!/bin/sh
/usr/bin/eject -rmF
