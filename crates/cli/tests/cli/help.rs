//! Does help help: for every command, on one screen's width, with exit code 0?

use crate::world::run;

const COMMANDS: [&[&str]; 13] = [
    &[],
    &["demo"],
    &["check"],
    &["trace"],
    &["audit"],
    &["explain"],
    &["lab"],
    &["lab", "list"],
    &["lab", "up"],
    &["lab", "status"],
    &["lab", "exec"],
    &["lab", "change"],
    &["lab", "down"],
];

#[test]
fn every_command_has_help_that_fits() {
    for command in COMMANDS {
        for flag in ["--help", "-h"] {
            let ran = run(&[command, &[flag]].concat()).ended(0).said("Usage: privpath");
            assert!(ran.err.is_empty(), "{ran:?}");
            let wide = ran.out.lines().find(|line| line.chars().count() > 100);
            assert_eq!(wide, None, "{ran:?}");
        }
    }
}

#[test]
fn help_names_every_command_and_no_inner_one() {
    let ran = run(&["--help"]);
    for command in ["demo", "check", "trace", "audit", "explain", "lab"] {
        let listed = ran.out.lines().any(|line| line.trim_start().starts_with(&format!("{command} ")));
        assert!(listed, "{command}: {ran:?}");
    }
    ran.said("Exit codes: 0 as expected");
    run(&["lab", "--help"]).never_said("serve");
}

#[test]
fn help_names_what_the_contract_names() {
    for (command, options) in [
        ("check", &["--lab", "--snapshot", "--from", "--dns", "--socks5", "--expect", "--timeout", "--deadline"][..]),
        ("trace", &["--lab", "--snapshot", "--from", "--to"]),
        ("audit", &["--lab", "--snapshot"]),
    ] {
        let mut ran = run(&[command, "--help"]);
        for option in options.iter().chain(&["--format", "--fail-on", "--quiet", "--verbose", "--color"]) {
            ran = ran.said(option);
        }
    }
}

#[test]
fn version_is_one_line() {
    for flag in ["--version", "-V"] {
        let ran = run(&[flag]).ended(0);
        assert_eq!(ran.out, concat!("privpath ", env!("CARGO_PKG_VERSION"), "\n"));
    }
}

#[test]
fn quiet_is_one_line_and_the_first_fits_a_terminal() {
    let fits = |words: &[&str]| {
        let ran = run(&[words, &["-q"]].concat());
        assert_eq!(ran.out.lines().count(), 1, "{ran:?}");
        assert!(ran.out.trim_end().chars().count() <= 80, "{ran:?}");
        assert_eq!(run(words).out.lines().next(), ran.out.lines().next());
    };
    for (scenario, _) in lab::scenarios() {
        fits(&["trace", "--lab", scenario]);
        fits(&["audit", "--lab", scenario]);
    }
    for scenario in ["healthy", "zone-not-linked", "zone-not-linked-open"] {
        fits(&["check", "--lab", scenario]);
    }
    // Nobody answers at a stale address: the time-out is the result.
    fits(&["check", "--lab", "record-stale", "--timeout", "1"]);
}
