//! The home file system of a domain, which SageMaker makes in Amazon EFS: reached through a mount target in each of the
//! domain's subnets, from the one to the other of two security groups. When the domain is deleted the groups stay, and the
//! file system with its mount targets does unless `RetentionPolicy` says `Delete`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::id::AccountId;

use crate::ec2::{Rule, SecurityGroup};
use crate::efs::{FileSystem, MountTarget};
use crate::world::World;

/// The tag by which file system and groups name their domain.
const TAG: &str = "ManagedByAmazonSageMakerResource";
/// Bytes that a file system is metered with before anybody wrote to it.
const EMPTY: u64 = 6_144;
const NFS: [(u16, u16); 3] = [(988, 988), (1018, 1023), (2049, 2049)];

/// Whose home is made, and where.
pub(crate) struct Home<'a> {
    pub(crate) account: &'a AccountId,
    pub(crate) region: &'a str,
    pub(crate) domain_id: &'a str,
    pub(crate) domain_arn: &'a str,
    pub(crate) vpc: &'a str,
    pub(crate) subnets: &'a [String],
    pub(crate) kms_key: Option<&'a str>,
}

/// Makes it; answers the id of the file system.
pub(crate) fn make(world: &mut World, home: &Home<'_>, now: DateTime<Utc>) -> String {
    let inbound = make_groups(world, home);
    let id = format!("fs-{}", world.fresh_hex(17));
    let system = FileSystem {
        creation_token: home.domain_id.to_owned(),
        created: now,
        kms_key: home.kms_key.map(str::to_owned),
        size: EMPTY,
        tags: tags(home),
        gone_at: None,
    };
    world.efs(home.account, home.region).file_systems.insert(id.clone(), system);
    for (n, subnet) in home.subnets.iter().enumerate() {
        let own = format!("fsmt-{}", world.fresh_hex(17));
        let target = MountTarget {
            file_system: id.clone(),
            vpc: home.vpc.to_owned(),
            subnet: subnet.clone(),
            ip: format!("10.0.{n}.42"),
            network_interface: format!("eni-{}", world.fresh_hex(17)),
            security_groups: vec![inbound.clone()],
            gone_at: None,
        };
        world.efs(home.account, home.region).mount_targets.insert(own, target);
    }
    id
}

fn tags(home: &Home<'_>) -> BTreeMap<String, String> {
    BTreeMap::from([(TAG.to_owned(), home.domain_arn.to_owned())])
}

/// Each of the two names the other; answers that of the mount targets.
fn make_groups(world: &mut World, home: &Home<'_>) -> String {
    let ids = [format!("sg-{}", world.fresh_hex(17)), format!("sg-{}", world.fresh_hex(17))];
    for (at, way) in ["inbound", "outbound"].into_iter().enumerate() {
        let rules = NFS.map(|ports| {
            let rule = Rule { outbound: way == "outbound", ports, other: ids[1 - at].clone() };
            (format!("sgr-{}", world.fresh_hex(17)), rule)
        });
        let group = SecurityGroup {
            name: format!("security-group-for-{way}-nfs-{}", home.domain_id),
            description: format!(
                "[DO NOT DELETE] Security Group that allows {way} NFS traffic for SageMaker Notebooks Domain [{}]",
                home.domain_id
            ),
            vpc: home.vpc.to_owned(),
            tags: tags(home),
            rules: BTreeMap::from(rules),
        };
        world.ec2(home.account, home.region).groups.insert(ids[at].clone(), group);
    }
    let [inbound, _] = ids;
    inbound
}

/// Takes the file system away with its mount targets; both are gone at `gone`.
pub(super) fn delete(world: &mut World, account: &AccountId, region: &str, id: &str, gone: DateTime<Utc>) {
    let state = world.efs(account, region);
    for target in state.mount_targets.values_mut().filter(|target| target.file_system == id) {
        target.gone_at.get_or_insert(gone);
    }
    if let Some(system) = state.file_systems.get_mut(id) {
        system.gone_at.get_or_insert(gone);
    }
}
