//! What does an ELF binary need from the system to start? A static one needs nothing.

const SEGMENT_DYNAMIC: u64 = 2;
const SEGMENT_INTERPRETER: u64 = 3;
const ENTRY_NEEDED: u64 = 1;
const DYNAMIC_ENTRY: usize = 16;

/// What a 64-bit little-endian ELF file needs: a loader, shared libraries. `None` when it is no such
/// file, or a broken one.
pub(super) fn needs(bytes: &[u8]) -> Option<Vec<String>> {
    if !bytes.starts_with(b"\x7fELF\x02\x01") {
        return None;
    }
    let table = position(bytes, 0x20, 8)?;
    let size = position(bytes, 0x36, 2)?;
    let count = position(bytes, 0x38, 2)?;
    let mut found = Vec::new();
    for index in 0..count {
        let header = table.checked_add(index.checked_mul(size)?)?;
        let start = position(bytes, header.checked_add(8)?, 8)?;
        let length = position(bytes, header.checked_add(32)?, 8)?;
        let segment = bytes.get(start..start.checked_add(length)?)?;
        match number(bytes, header, 4)? {
            SEGMENT_INTERPRETER => {
                let text = String::from_utf8_lossy(segment);
                found.push(format!("it starts through the loader {}", text.trim_end_matches('\0')));
            }
            SEGMENT_DYNAMIC => {
                let needed =
                    segment.chunks_exact(DYNAMIC_ENTRY).filter(|entry| number(entry, 0, 8) == Some(ENTRY_NEEDED));
                match needed.count() {
                    0 => {}
                    count => found.push(format!("it needs {count} shared libraries")),
                }
            }
            _ => {}
        }
    }
    Some(found)
}

fn position(bytes: &[u8], at: usize, width: usize) -> Option<usize> {
    usize::try_from(number(bytes, at, width)?).ok()
}

fn number(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(width)?)?;
    Some(field.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with one program header and its segment.
    fn file(kind: u32, segment: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; 64 + 56];
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        bytes[0x20] = 64;
        bytes[0x36] = 56;
        bytes[0x38] = 1;
        bytes[64..68].copy_from_slice(&kind.to_le_bytes());
        bytes[72] = 120;
        bytes[96] = u8::try_from(segment.len()).unwrap();
        bytes.extend(segment);
        bytes
    }

    #[test]
    fn a_static_file_needs_nothing() {
        assert_eq!(needs(&file(1, b"code")), Some(vec![]));
        let mut dynamic = [0; 32];
        dynamic[0] = 5;
        assert_eq!(needs(&file(2, &dynamic)), Some(vec![]));
    }

    #[test]
    fn loaders_and_libraries_are_named() {
        assert_eq!(needs(&file(3, b"/lib/ld.so\0")), Some(vec!["it starts through the loader /lib/ld.so".to_owned()]));
        let mut dynamic = [0; 48];
        (dynamic[0], dynamic[16]) = (1, 1);
        assert_eq!(needs(&file(2, &dynamic)), Some(vec!["it needs 2 shared libraries".to_owned()]));
    }

    #[test]
    fn broken_files_are_refused_and_never_read_past_the_end() {
        assert_eq!(needs(b"#!/bin/sh"), None);
        let whole = file(3, b"/lib/ld.so\0");
        for length in 0..whole.len() {
            assert_eq!(needs(&whole[..length]), None, "{length}");
        }
        let mut huge = whole;
        huge[0x20..0x28].fill(0xff);
        assert_eq!(needs(&huge), None);
    }

    #[test]
    fn a_real_program_is_read() {
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let shared = cfg!(all(target_os = "linux", target_env = "gnu", not(target_feature = "crt-static")));
        if shared && cfg!(all(target_pointer_width = "64", target_endian = "little")) {
            let needs = needs(&own).unwrap();
            assert!(needs[0].starts_with("it starts through the loader /lib"), "{needs:?}");
            assert!(needs[1].ends_with("shared libraries"), "{needs:?}");
        }
    }
}
