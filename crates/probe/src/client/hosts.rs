//! Does the hosts file pin the name?

use super::file;
use crate::plan::distinct;
use model::DnsName;
use std::net::IpAddr;
use std::path::PathBuf;

/// The addresses that the hosts file of this host gives for the name, in order. A file that cannot be
/// read pins nothing, for us as for any client.
pub(super) fn of_this_host(name: &DnsName) -> Vec<IpAddr> {
    file::read(&path()).map(|content| pins(&content, name)).unwrap_or_default()
}

/// The addresses that stand before the name, in order, each once.
fn pins(content: &[u8], name: &DnsName) -> Vec<IpAddr> {
    distinct(content.split(|byte| *byte == b'\n').filter_map(|line| {
        let line = String::from_utf8_lossy(line);
        let mut words = line.split('#').next()?.split_whitespace();
        let address = words.next()?;
        // A scope, as in fe80::1%eth0, is no part of the address.
        let address: IpAddr = address.split('%').next()?.parse().ok()?;
        words.any(|word| same_name(word, name)).then_some(address)
    }))
}

/// True when a name as somebody wrote it is this name: without regard to case or a dot at the end.
pub(super) fn same_name(written: &str, name: &DnsName) -> bool {
    written.strip_suffix('.').unwrap_or(written).eq_ignore_ascii_case(name.as_str())
}

#[cfg(not(windows))]
fn path() -> PathBuf {
    PathBuf::from("/etc/hosts")
}

#[cfg(windows)]
#[expect(clippy::disallowed_methods, reason = "Windows says by a variable where its hosts file is")]
fn path() -> PathBuf {
    let root = std::env::var_os("SystemRoot").unwrap_or_else(|| "C:\\Windows".into());
    PathBuf::from(root).join("System32").join("drivers").join("etc").join("hosts")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(content: &[u8], expected: &[&str]) {
        let name = DnsName::parse("yourresource.openai.azure.com").unwrap();
        let pins: Vec<String> = pins(content, &name).iter().map(ToString::to_string).collect();
        assert_eq!(pins, expected, "{}", String::from_utf8_lossy(content));
    }

    #[test]
    fn every_name_of_a_line_counts() {
        check(b"10.1.2.4 canonical.example yourresource.openai.azure.com other.example\n", &["10.1.2.4"]);
        check(b"10.1.2.4\tYOURRESOURCE.OpenAI.azure.com.\r\n", &["10.1.2.4"]);
        check(b"  10.1.2.4   yourresource.openai.azure.com", &["10.1.2.4"]);
    }

    #[test]
    fn comments_and_broken_lines_do_not_count() {
        check(b"# 10.1.2.4 yourresource.openai.azure.com\n", &[]);
        check(b"10.1.2.4 other # yourresource.openai.azure.com\n", &[]);
        check(b"10.1.2.4 yourresource.openai.azure.com# note\n", &["10.1.2.4"]);
        check(b"not-an-address yourresource.openai.azure.com\n10.1.2\n\n\xff\xfe\n", &[]);
        check(b"", &[]);
    }

    #[test]
    fn several_lines_keep_their_order_and_repeat_nothing() {
        check(
            b"127.0.0.1 localhost\n10.1.2.4 yourresource.openai.azure.com\nfd00::4 yourresource.openai.azure.com\n\
              10.1.2.4 a yourresource.openai.azure.com\nfe80::1%eth0 yourresource.openai.azure.com\n",
            &["10.1.2.4", "fd00::4", "fe80::1"],
        );
    }

    #[test]
    fn part_of_a_name_is_another_name() {
        check(b"10.1.2.4 openai.azure.com yourresource x.yourresource.openai.azure.com\n", &[]);
    }
}
