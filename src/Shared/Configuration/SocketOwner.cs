namespace Zerg.Configuration;

/// <summary>The owner of socket files; without a group theirs stays as it is.</summary>
internal sealed record SocketOwner(Account User, Account? Group)
{
    public static Parsed<SocketOwner> Parse(string text)
    {
        string[] parts = text.Split(':');
        if (parts.Length > 2 || parts.Contains(""))
        {
            return Parsed<SocketOwner>.Failed($"'{text}' is no owner, expected 'USER' or 'USER:GROUP'");
        }

        Parsed<Account> user = Accounts.User(parts[0]);
        if (!user.Ok)
        {
            return Parsed<SocketOwner>.Failed(user.Error);
        }

        if (parts.Length == 1)
        {
            return new SocketOwner(user.Value, null);
        }

        Parsed<Account> group = Accounts.Group(parts[1]);
        return group.Ok ? new SocketOwner(user.Value, group.Value) : Parsed<SocketOwner>.Failed(group.Error);
    }

    public override string ToString() => Group is null ? $"{User}" : $"{User}:{Group}";
}
